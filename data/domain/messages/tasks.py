"""Commands about tasks and instructions."""
