using System.Text.Json;

namespace OpenClaw.Edge.Import;

/// <summary>Texts of JSON that another program wrote. Never throws.</summary>
internal static class ForeignText
{
    /// <summary>A member that is a text; null when there is none, and when it is no Unicode (half a surrogate pair), which only shows when it
    /// is read.</summary>
    public static string? Of(JsonElement json, string name)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
