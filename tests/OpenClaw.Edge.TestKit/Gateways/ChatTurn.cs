namespace OpenClaw.Edge.TestKit.Gateways;

/// <summary>One chat turn as a client saw it.</summary>
/// <param name="RunId">Its run.</param>
/// <param name="State">How it ended: <c>final</c>, <c>error</c> or <c>aborted</c>.</param>
/// <param name="Streamed">The delta texts put together.</param>
/// <param name="Final">The text of the last event's message.</param>
/// <param name="Error">The last event's error message.</param>
/// <param name="Deltas">How many delta events there were.</param>
public sealed record ChatTurn(string RunId, string State, string Streamed, string Final, string? Error, int Deltas);
