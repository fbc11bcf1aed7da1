"""Files → articles → passages → vectors in Chroma. Knows nothing of questions."""
