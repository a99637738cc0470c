"""What the reports say: a file becomes one cleaned text, cut into passages and sentences with exact offsets."""
