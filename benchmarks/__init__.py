"""Speed, memory and reliability, measured side by side in one run."""
