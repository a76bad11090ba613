"""What customers cost, how long they stay, what they are worth, and what they say."""
