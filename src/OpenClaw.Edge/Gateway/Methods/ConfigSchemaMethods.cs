using System.Globalization;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>config.schema</c>, <c>.schema.lookup</c>, from the table of known keys.</summary>
internal sealed class ConfigSchemaMethods(GatewayRuntime runtime)
{
    private readonly string _generatedAt = runtime.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("config.schema", OperatorScopes.Read, "", _ => Schema()),
        MethodEntry.Of("config.schema.lookup", OperatorScopes.Read, "path!:str1(1024)", call => Lookup(call.Text("path")!)),
    ];

    private static MethodReply Lookup(string path) => ConfigSchema.Knows(path)
        ? MethodReply.Object(json => ConfigSchema.WriteLookup(json, path))
        : MethodReply.Invalid("config schema path not found");

    private MethodReply Schema() => MethodReply.Object(json =>
    {
        json.WritePropertyName("schema"u8);
        ConfigSchema.Write(json);
        json.WritePropertyName("uiHints"u8);
        ConfigSchema.WriteHints(json);
        json.WriteString("version"u8, EdgeVersion.Compatible);
        json.WriteString("generatedAt"u8, _generatedAt);
    });
}
