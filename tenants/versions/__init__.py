"""What services and clients were like, kept whenever the console reads one."""
