namespace OpenClaw.Edge.TestKit.Models;

/// <summary>What an answer came to, for its last message.</summary>
internal sealed record AnswerTotals(int PromptTokens, int CompletionTokens, string? Finish, string Text, string Thinking, IReadOnlyList<ScriptedToolCall> ToolCalls);
