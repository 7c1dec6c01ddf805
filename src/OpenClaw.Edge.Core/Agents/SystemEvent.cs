namespace OpenClaw.Edge.Agents;

/// <summary>A note that waits for the next turn of its session.</summary>
/// <param name="Text">What happened; one or more lines.</param>
/// <param name="At">When, in local time.</param>
/// <param name="Source">Who noted it: <c>cron</c>, <c>hook</c>, <c>wake</c>, <c>system</c> or <c>exec</c>.</param>
/// <param name="IsForeign">Whether strangers wrote the text, so that the model is told to read it as data.</param>
public sealed record SystemEvent(string Text, DateTimeOffset At, string Source, bool IsForeign = false);
