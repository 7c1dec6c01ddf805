namespace OpenClaw.Edge.Platform.DBus;

/// <summary>A signal that was asked for.</summary>
/// <param name="Path">Object that sent it.</param>
/// <param name="Member">Its name.</param>
/// <param name="Texts">Its leading texts.</param>
/// <param name="Number">Its leading number or truth value (1), when it begins with one.</param>
public sealed record BusSignal(string Path, string Member, IReadOnlyList<string> Texts, int? Number);
