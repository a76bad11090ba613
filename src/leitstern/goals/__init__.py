"""Rules of goals: targets, spreading, cascade, pace, SMART, offers. Plain functions, nothing is stored."""
