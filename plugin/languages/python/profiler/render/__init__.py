"""From the document to what people and tools read."""
