"""What templates may say: money, instants, icons."""
