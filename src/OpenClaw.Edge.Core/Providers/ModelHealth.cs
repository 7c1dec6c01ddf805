namespace OpenClaw.Edge.Providers;

/// <summary>How a model did lately.</summary>
/// <param name="Ref"><c>provider/model</c>.</param>
/// <param name="Reachable">Whether its server answered last; null when nobody asked yet.</param>
/// <param name="LastError">The last failure, for a person; null after a success.</param>
/// <param name="CooldownUntil">The router passes the model by until then; null when it is in use.</param>
public sealed record ModelHealth(string Ref, bool? Reachable, string? LastError, DateTimeOffset? CooldownUntil);
