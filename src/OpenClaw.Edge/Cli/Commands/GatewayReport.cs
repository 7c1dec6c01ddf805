using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>What a gateway said about itself when we connected.</summary>
/// <param name="Target">Whom we asked.</param>
/// <param name="Hello">Its greeting.</param>
/// <param name="Latency">From dialling to the greeting.</param>
internal sealed record GatewayReport(GatewayTarget Target, JsonElement Hello, TimeSpan Latency)
{
    public string Version => Hello.Member("server").Text("version") ?? "unknown";

    public string AuthMethod => Hello.Member("auth").Text("method") ?? "unknown";

    public TimeSpan? Uptime => Hello.Member("snapshot").Number("uptimeMs") is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    /// <summary>Writes the <c>gateway</c> object of the JSON reports.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        JsonElement snapshot = Hello.Member("snapshot");
        writer.WriteStartObject("gateway"u8);
        writer.WriteString("url"u8, Target.Display);
        writer.WriteNumber("port"u8, Target.Uri.Port);
        writer.WriteString("source"u8, Target.Source);
        writer.WriteBoolean("reachable"u8, true);
        writer.WriteNumber("connectLatencyMs"u8, Math.Round(Latency.TotalMilliseconds, 1));
        writer.WriteString("version"u8, Version);
        writer.WriteNumber("protocol"u8, Hello.Number("protocol") ?? 0);
        writer.WriteString("authMethod"u8, AuthMethod);
        Optional(writer, "uptimeMs", snapshot.Member("uptimeMs"));
        Optional(writer, "configPath", snapshot.Member("configPath"));
        Optional(writer, "stateDir", snapshot.Member("stateDir"));
        Optional(writer, "scopes", Hello.Member("auth").Member("scopes"));
        if (snapshot.Items("presence").FirstOrDefault() is { ValueKind: JsonValueKind.Object } self)
        {
            writer.WriteStartObject("self"u8);
            foreach (string name in (string[])["host", "ip", "version", "platform"])
            {
                Optional(writer, name, self.Member(name));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>The first lines of the text reports.</summary>
    public void Say(CliContext context)
    {
        string uptime = Uptime is { } span ? $", up {HumanText.Duration(span)}" : "";
        context.Say($"{context.Paint.Good("●")} {context.Paint.Bold("Gateway")} {Target.Display} "
            + context.Paint.Dim($"({Target.Source}, {Latency.TotalMilliseconds:0} ms)"));
        context.Say($"  version   {Version}{uptime}");
        context.Say($"  access    {AuthMethod}");
        SayWarnings(context, Hello.Member("snapshot").Member("health"));
    }

    /// <summary>The bad conditions of a health report, a line each.</summary>
    public static void SayWarnings(CliContext context, JsonElement health)
    {
        foreach (JsonElement warning in health.Items("warnings"))
        {
            context.Say($"  {context.Paint.Warn("!")} {TextLayout.OneLine($"{warning.Text("code")}: {warning.Text("message")}")}");
        }
    }

    private static void Optional(Utf8JsonWriter writer, string name, JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }
}
