from .completions import AsyncCompletions, Completions


class Chat:
    def __init__(self, client):
        self.completions = Completions(client)


class AsyncChat:
    def __init__(self, client):
        self.completions = AsyncCompletions(client)
