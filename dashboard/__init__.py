"""Shows and asks: pages, components, API, push and sign-in."""
