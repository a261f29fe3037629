"""What the client's hooks decide inside a session: `event` reads, `look` sees, `decide` judges, `answer` speaks."""
