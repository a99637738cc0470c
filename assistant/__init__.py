"""What is answered: a question becomes a short answer in which every statement cites an exact sentence."""
