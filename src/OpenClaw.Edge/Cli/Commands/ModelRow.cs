using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>One row of <c>models.list</c>.</summary>
internal sealed record ModelRow(JsonElement Row)
{
    public string Provider => Row.Text("provider") ?? "";

    public string Key => Provider.Length == 0 ? Row.Text("id") ?? "?" : $"{Provider}/{Row.Text("id")}";

    /// <summary>Null when the gateway does not say.</summary>
    public bool? Available => Row.Member("available").ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public bool Local => Row.Flag("local");

    public IReadOnlyList<string> Tags => [.. Row.Items("tags").Select(tag => tag.GetString() ?? "")];

    /// <summary>The row with its key in front.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("key"u8, Key);
        foreach (JsonProperty member in Row.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    public static async Task<List<ModelRow>> ListAsync(
        GatewayClient client, CliContext context, string view, CancellationToken cancellationToken)
    {
        JsonElement answer = await client.CallAsync(
            "models.list",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("view"u8, view);
                writer.WriteBoolean("includeDetails"u8, true);
                writer.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
        return [.. answer.Items("models").Select(row => new ModelRow(row))];
    }
}
