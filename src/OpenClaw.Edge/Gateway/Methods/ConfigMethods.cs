using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>config.get</c>: the configuration with its secrets blacked out.</summary>
internal sealed class ConfigMethods(GatewayRuntime runtime)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
        [MethodEntry.Of("config.get", OperatorScopes.Read, "", _ => Get())];

    private MethodReply Get()
    {
        ConfigSnapshot snapshot = runtime.Config.Current;
        byte[] shown = ConfigRedaction.Redact(snapshot.Json.Span);
        using JsonDocument plain = JsonDocument.Parse(snapshot.Json);
        using JsonDocument redacted = JsonDocument.Parse(shown);
        string raw = RawConfigText.Redact(snapshot.Raw, plain.RootElement, redacted.RootElement)
            ?? Encoding.UTF8.GetString(shown);
        return MethodReply.Object(json =>
        {
            json.WriteString("path"u8, snapshot.Path);
            json.WriteBoolean("exists"u8, snapshot.Exists);
            json.WriteString("raw"u8, raw);
            foreach (string name in (ReadOnlySpan<string>)["parsed", "sourceConfig", "resolved", "config", "runtimeConfig"])
            {
                json.WritePropertyName(name);
                json.WriteRawValue(shown, skipInputValidation: true);
            }

            json.WriteBoolean("valid"u8, snapshot.Valid);
            json.WriteString("hash"u8, snapshot.Hash);
            json.WriteString("configRevisionHash"u8, snapshot.Hash);
            json.WriteString("appliedConfigHash"u8, snapshot.Hash);
            WriteProblems(json, "issues", snapshot.Problems, ProblemSeverity.Error);
            WriteProblems(json, "warnings", snapshot.Problems, ProblemSeverity.Warning);
            json.WriteStartArray("legacyIssues"u8);
            json.WriteEndArray();
            json.WriteStartArray("includedPaths"u8);
            foreach (string path in snapshot.Includes)
            {
                json.WriteStringValue(path);
            }

            json.WriteEndArray();
            json.WriteStartArray("includeProvenance"u8);
            json.WriteEndArray();
        });
    }

    private static void WriteProblems(
        Utf8JsonWriter json,
        string name,
        IReadOnlyList<ConfigProblem> problems,
        ProblemSeverity severity)
    {
        json.WriteStartArray(name);
        foreach (ConfigProblem problem in problems)
        {
            if (problem.Severity == severity)
            {
                json.WriteStartObject();
                json.WriteString("path"u8, problem.Path);
                json.WriteString("message"u8, problem.Message);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }
}
