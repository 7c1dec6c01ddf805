using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Tools;

/// <summary>Whether commands of a sandboxed run may leave the sandbox, and whether they do unasked. What leaves it passes the same
/// approvals as any command on this machine. Source: docs/sandbox.md, elevated.</summary>
/// <param name="Allowed">Whether a command may, when the model asks for it.</param>
/// <param name="On">Whether commands do without being asked.</param>
/// <param name="Why">The gate that is closed; empty when they may.</param>
public sealed record ElevatedAccess(bool Allowed, bool On, string Why)
{
    /// <summary>Words of the level: <c>full</c> differs from the others in nothing here, because the machine's own rules hold for it too.</summary>
    public static IReadOnlyList<string> Levels { get; } = ["off", "on", "ask", "full"];

    /// <summary>Nobody asked for anything.</summary>
    public static ElevatedAccess None { get; } = new(false, false, "only a message of a person who is allowed to can do that (tools.elevated)");

    /// <summary>Works it out. All gates must be open: the switch of all, the switch of the agent, and the lists of both.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="agentId">Whose run it is.</param>
    /// <param name="sender">Who wrote the message; null for jobs, hooks, sub-agents and everybody who is no person.</param>
    /// <param name="level">The level that was chosen; null means the configured one.</param>
    public static ElevatedAccess Of(EdgeConfig config, string agentId, MessageSender? sender, string? level)
    {
        ArgumentNullException.ThrowIfNull(config);
        ElevatedConfig? own = config.Agents.Find(agentId)?.Tools?.Elevated;
        string? closed = sender is null ? None.Why
            : Closed(config.Tools.Elevated, sender, "tools.elevated")
                ?? (own is null ? null : Closed(own, sender, "agents.list[].tools.elevated", own.AllowFrom.Count == 0));
        return closed is not null ? new(false, false, closed)
            : new(true, (level ?? config.Agents.Defaults.ElevatedDefault) is not "off", "");
    }

    /// <summary>Adds to the words about a sandbox, for a model, what is different for commands; null stays null.</summary>
    public string? Amend(string? notice) => notice is null || !Allowed ? notice
        : On ? $"{notice}; exec runs outside it, on the person's machine (host sandbox: inside)" : $"{notice}; exec with host gateway runs outside it";

    private static string? Closed(ElevatedConfig gate, MessageSender sender, string path, bool anybody = false) =>
        !gate.Enabled ? $"{path}.enabled is false"
        : anybody || gate.AllowFrom.GetValueOrDefault(sender.Channel)?.Any(entry => Names(entry, sender)) == true ? null
        : $"{path}.allowFrom.{sender.Channel} does not name {sender.Id}";

    private static bool Names(string entry, MessageSender sender)
    {
        string text = entry.Trim();
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return (colon < 0 ? "" : text[..colon]) switch
        {
            "name" or "username" => sender.Name?.Equals(text[(colon + 1)..].Trim(), StringComparison.OrdinalIgnoreCase) == true,
            "id" or "from" or "e164" => sender.Id.Equals(text[(colon + 1)..].Trim(), StringComparison.OrdinalIgnoreCase),
            _ => text == "*" || sender.Id.Equals(text, StringComparison.OrdinalIgnoreCase),
        };
    }
}
