namespace OpenClaw.Edge.Providers;

/// <summary>What happens before the first token.</summary>
/// <param name="Phase">Wire phase: <c>queued</c>, <c>starting_model</c>, <c>loading_model</c> or <c>failover</c>.</param>
/// <param name="Text">For a person, such as <c>loading model qwen3:8b…</c> or <c>queued, 2 before you</c>.</param>
/// <param name="Provider">Provider that is being called.</param>
/// <param name="Model">Model that is being called.</param>
/// <param name="QueuePosition">Turns before this one, when queued.</param>
public sealed record ModelProgress(string Phase, string Text, string Provider, string Model, int? QueuePosition = null);
