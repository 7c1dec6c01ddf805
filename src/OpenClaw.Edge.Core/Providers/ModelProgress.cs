namespace OpenClaw.Edge.Providers;

/// <summary>What happens before the first token.</summary>
/// <param name="Phase">Wire phase: <c>queued</c>, <c>starting_model</c>, <c>loading_model</c> or <c>failover</c>.</param>
/// <param name="Text">For a person, such as <c>loading model qwen3:8b…</c> or <c>waits for qwen3:8b</c>.</param>
/// <param name="Provider">Provider that is being called.</param>
/// <param name="Model">Model that is being called.</param>
/// <param name="QueuePosition">Place in the model's queue, when queued; 1 is next.</param>
public sealed record ModelProgress(string Phase, string Text, string Provider, string Model, int? QueuePosition = null);
