namespace OpenClaw.Edge.Configuration;

/// <content>The <c>mcp</c> section.</content>
internal static partial class ConfigBinder
{
    private static McpConfig BindMcp(ConfigSection section) => new()
    {
        SessionIdleTtlMs = section.Whole("sessionIdleTtlMs", new McpConfig().SessionIdleTtlMs),
        Servers = [.. section.Section("servers").Members.Where(member => member.Value.IsObject).Select(member => BindMcpServer(member.Key, member.Value))],
    };

    private static McpServerConfig BindMcpServer(string name, ConfigNode node)
    {
        var section = new ConfigSection(node);
        var d = new McpServerConfig { Name = name };
        string? transport = section.Text("transport");
        return d with
        {
            Enabled = section.Flag("enabled", d.Enabled),
            Command = section.Text("command"),
            Args = section.Texts("args"),
            Env = section.TextMap("env"),
            Cwd = section.Text("cwd"),
            Url = section.Text("url"),
            Transport = transport is "http" ? "streamable-http" : transport,
            Headers = section.TextMap("headers"),
            ConnectionTimeoutMs = section.Whole("connectionTimeoutMs", d.ConnectionTimeoutMs),
            RequestTimeoutMs = section.Whole("requestTimeoutMs", d.RequestTimeoutMs),
            SupportsParallelToolCalls = section.Flag("supportsParallelToolCalls", d.SupportsParallelToolCalls),
            SslVerify = section.Flag("sslVerify", d.SslVerify),
            ClientCert = section.Text("clientCert"),
            ClientKey = section.Text("clientKey"),
            Include = section.Section("toolFilter").Texts("include"),
            Exclude = section.Section("toolFilter").Texts("exclude"),
            Fingerprint = node.ToElement().GetRawText(),
        };
    }
}
