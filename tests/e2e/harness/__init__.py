"""What the end-to-end tests share: a running world, the programs that look at it, the oracle's captures, a TAP reporter."""
