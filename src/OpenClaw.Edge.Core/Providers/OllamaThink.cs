using System.Text.Json;

namespace OpenClaw.Edge.Providers;

/// <summary>What Ollama's <c>think</c> is for a level. Reasoning is off unless asked for: on a small box it is minutes.</summary>
internal static class OllamaThink
{
    /// <summary>JSON of the member; null leaves it out, so that a configured <c>params.think</c> holds.</summary>
    public static string? Json(ModelServer server, ModelRequest request, bool thinks)
    {
        if (!thinks)
        {
            return null; // a server refuses the member, even false, for some models that can not
        }

        bool levels = request.Model.Contains("gpt-oss", StringComparison.OrdinalIgnoreCase); // takes levels, ignores false
        return request.Think switch
        {
            null when IsConfigured(server, request.Model) => null,
            null or "off" or "none" => levels ? "\"low\"" : "false",
            "low" or "minimal" => levels ? "\"low\"" : "true",
            "medium" => levels ? "\"medium\"" : "true",
            _ => levels ? "\"high\"" : "true",
        };
    }

    private static bool IsConfigured(ModelServer server, string model)
    {
        foreach (KeyValuePair<string, JsonElement> member in RequestParams.For(server, model))
        {
            if (member.Key == "think")
            {
                return true;
            }
        }

        return false;
    }
}
