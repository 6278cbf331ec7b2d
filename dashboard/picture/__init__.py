"""The wall as one picture, drawn by the server from the same components."""
