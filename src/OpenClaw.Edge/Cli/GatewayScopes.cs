namespace OpenClaw.Edge.Cli;

/// <summary>The scopes that commands ask for: never more than the command needs.</summary>
internal static class GatewayScopes
{
    public static readonly IReadOnlyList<string> Read = ["operator.read"];

    public static readonly IReadOnlyList<string> Write = ["operator.read", "operator.write"];

    /// <summary>A conversation in which commands may ask for approval, and the agent may ask something.</summary>
    public static readonly IReadOnlyList<string> Chat = ["operator.read", "operator.write", "operator.approvals", "operator.questions"];

    /// <summary>To see what waits for a person.</summary>
    public static readonly IReadOnlyList<string> Care = ["operator.read", "operator.pairing", "operator.approvals"];

    public static readonly IReadOnlyList<string> Admin = ["operator.admin"];
}
