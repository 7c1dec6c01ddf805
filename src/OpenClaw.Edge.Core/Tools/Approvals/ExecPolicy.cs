using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>Whether commands run on this machine and when a person is asked. Of two policies the stricter holds.</summary>
/// <param name="Security"><c>deny</c>, <c>allowlist</c> or <c>full</c>.</param>
/// <param name="Ask"><c>off</c>, <c>on-miss</c> or <c>always</c>.</param>
/// <param name="AskFallback">What holds when nobody can be asked or nobody answers: <c>deny</c>, <c>allowlist</c> or <c>full</c>.</param>
public sealed record ExecPolicy(string Security, string Ask, string AskFallback = "deny")
{
    private static readonly string[] s_securities = ["deny", "allowlist", "full"];
    private static readonly string[] s_asks = ["off", "on-miss", "always"];

    /// <summary>What the configuration asks for: <c>mode</c>, else <c>security</c> and <c>ask</c>.</summary>
    public static ExecPolicy Of(ExecConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return !config.Enabled ? new("deny", "off") : config.Mode switch
        {
            "deny" => new("deny", "off"),
            "allowlist" => new("allowlist", "off"),
            "ask" or "auto" => new("allowlist", "on-miss"), // nobody reviews here but a person
            "full" => new("full", "off"),
            _ => new(config.Security, config.Ask),
        };
    }

    /// <summary>The stricter of this and what the approvals file says; a member that is not there does not tighten.</summary>
    public ExecPolicy Tighten(string? security, string? ask, string? askFallback) => new(
        Index(s_securities, security, 2) < Index(s_securities, Security, 0) ? security! : Security,
        Index(s_asks, ask, 0) > Index(s_asks, Ask, 2) ? ask! : Ask,
        askFallback is not null && s_securities.Contains(askFallback) ? askFallback : AskFallback);

    /// <summary>With a call's own wish, which only hardens.</summary>
    public ExecPolicy Harden(string? ask) => Tighten(null, ask, null);

    private static int Index(string[] words, string? word, int unknown) =>
        word is not null && Array.IndexOf(words, word) is >= 0 and int at ? at : unknown;
}
