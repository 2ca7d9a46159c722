"""Stand-in for `langchain_core`: messages, chat models and tools that tell their callback handlers what they do."""
