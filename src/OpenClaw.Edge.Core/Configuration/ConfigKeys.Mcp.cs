using static OpenClaw.Edge.Configuration.ConfigKeyKind;

namespace OpenClaw.Edge.Configuration;

/// <content>The <c>mcp</c> section.</content>
internal static partial class ConfigKeys
{
    private const string NoCodex = "no Codex app-server is started";

    private static ConfigKey[] Mcp() =>
    [
        new("mcp.sessionIdleTtlMs", Whole, "600000"),
        new("mcp.servers", Section),
        new("mcp.servers.*.enabled", Flag, "true"),
        new("mcp.servers.*.command", Text),
        new("mcp.servers.*.args", Texts, "[]"),
        new("mcp.servers.*.env", TextMap, "{}"),
        new("mcp.servers.*.cwd", Text, "the home directory"),
        new("mcp.servers.*.url", Text),
        new("mcp.servers.*.transport", Choice, "found out", "stdio|streamable-http|sse|http"),
        new("mcp.servers.*.headers", TextMap, "{}"),
        new("mcp.servers.*.connectionTimeoutMs", Whole, "30000", Min: 100, Max: 3_600_000),
        new("mcp.servers.*.requestTimeoutMs", Whole, "60000", Min: 100, Max: 3_600_000),
        new("mcp.servers.*.supportsParallelToolCalls", Flag, "false"),
        new("mcp.servers.*.sslVerify", Flag, "true"),
        new("mcp.servers.*.clientCert", Text),
        new("mcp.servers.*.clientKey", Text),
        new("mcp.servers.*.toolFilter.include", Texts, "all"),
        new("mcp.servers.*.toolFilter.exclude", Texts, "[]"),
        new("mcp.servers.*.auth", Ignored, Note: "OAuth logins are not part of this edition; write the token into headers.Authorization"),
        new("mcp.servers.*.oauth", Ignored, Note: "OAuth logins are not part of this edition"),
        new("mcp.servers.*.codex", Ignored, Note: NoCodex),
        new("mcp.apps", Ignored, Note: NotHere),
    ];
}
