using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Sessions;

/// <summary>A canonical session key, <c>agent:&lt;agentId&gt;:&lt;rest&gt;</c>. Existing is the proof that it was parsed.
/// Source: docs/protocol.md, session keys.</summary>
public readonly record struct SessionKey
{
    /// <summary>Longest accepted key in characters, as <c>chat.send</c> documents it.</summary>
    public const int MaxLength = 512;

    /// <summary>How the last part of the key of a session begins that is in memory only.</summary>
    public const string IncognitoMark = "incognito-";

    private readonly string? _text;

    private SessionKey(string text, string agentId)
    {
        _text = text;
        AgentId = agentId;
    }

    /// <summary>Lower-case id of the agent that owns the session.</summary>
    public string AgentId { get; } = "";

    /// <summary>The whole canonical key.</summary>
    public string Text => _text ?? "";

    /// <summary>What follows <c>agent:&lt;agentId&gt;:</c>.</summary>
    public string Rest => Text.Length > AgentId.Length + 7 ? Text[(AgentId.Length + 7)..] : "";

    /// <summary>Whether this is the agent's main session.</summary>
    public bool IsMain => Rest == "main";

    /// <summary>Whether the session is in memory only: <c>dashboard:incognito-…</c>, and those of its sub-agents. As the original.</summary>
    public bool IsIncognito
    {
        get
        {
            ReadOnlySpan<char> rest = Text.AsSpan(_text is null ? 0 : AgentId.Length + 7);
            int place = rest.IndexOf(':') + 1;
            return (rest[..place] is "dashboard:" or "subagent:") && rest[place..].StartsWith(IncognitoMark, StringComparison.OrdinalIgnoreCase)
                && rest.Length > place + IncognitoMark.Length && !rest[place..].Contains(':');
        }
    }

    /// <summary>Reads a key as clients write it: canonical, or short (<c>main</c>, <c>foo</c>) for the default agent.
    /// Never throws on input; false for an empty, overlong or control-character key.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, string defaultAgentId, out SessionKey key)
    {
        key = default;
        string trimmed = text?.Trim() ?? "";
        if (trimmed.Length is 0 or > MaxLength || trimmed.Any(char.IsControl))
        {
            return false;
        }

        string[] parts = trimmed.Split(':', 3);
        if (parts.Length == 3 && parts[0].Equals("agent", StringComparison.OrdinalIgnoreCase))
        {
            string agentId = parts[1].ToLowerInvariant();
            if (agentId.Length == 0 || parts[2].Length == 0)
            {
                return false;
            }

            key = new SessionKey($"agent:{agentId}:{parts[2]}", agentId);
            return true;
        }

        string owner = defaultAgentId.ToLowerInvariant();
        key = new SessionKey($"agent:{owner}:{trimmed}", owner);
        return key.Text.Length <= MaxLength;
    }

    /// <summary>The main session of an agent.</summary>
    public static SessionKey Main(string agentId) => new($"agent:{agentId.ToLowerInvariant()}:main", agentId.ToLowerInvariant());

    /// <inheritdoc />
    public override string ToString() => Text;
}
