using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.elevated</c> section: whose messages may lift commands out of the sandbox. Of all and of an agent, where both
/// must agree.</summary>
public sealed record ElevatedConfig
{
    /// <summary>Whether anybody may.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Who may, by channel (<c>webchat</c> are the gateway's own clients): ids, <c>name:…</c>, or <c>*</c>. Nobody when the
    /// channel is not there.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> AllowFrom { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
}
