"""Tools for AWS Lambda: its local emulator, and the zip package."""
