"""Commands about command posts, consultations, the directory and calls."""
