namespace OpenClaw.Edge.Cli;

/// <summary>The scopes that commands ask for: never more than the command needs.</summary>
internal static class GatewayScopes
{
    public static readonly IReadOnlyList<string> Read = ["operator.read"];

    public static readonly IReadOnlyList<string> Write = ["operator.read", "operator.write"];

    public static readonly IReadOnlyList<string> Admin = ["operator.admin"];
}
