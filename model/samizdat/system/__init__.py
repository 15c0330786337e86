"""Disk and machine: files, archives, memory, interrupts."""
