using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Hosting;

/// <summary>The few lines a person needs after a start: where it is, where the token is, how to chat, which model answers.</summary>
/// <param name="Lines">Plain text, in order.</param>
internal sealed record StartBanner(IReadOnlyList<string> Lines)
{
    /// <summary>Describes a gateway that listens.</summary>
    public static StartBanner Of(GatewayParts parts)
    {
        Uri address = parts.Listener.Addresses[0];
        GatewaySecret secret = parts.Secret;
        string where = secret.AuthMode == "none" ? "none: everybody who reaches this address is let in" : secret.Source;
        return new StartBanner(
        [
            $"OpenClaw gateway  {address}",
            $"secret            {where}",
            $"chat              {Environment.ProcessPath ?? "openclaw"} chat{Flags(parts)}",
        ]);
    }

    /// <summary>What answers, once the model servers were asked.</summary>
    public static string ModelLine(GatewayParts parts) => parts.Router.Catalog.DefaultModelRef switch
    {
        null => "model             none answers; see openclaw models status",
        "demo/assistant" => "model             demo/assistant, a scripted demo. For a real one: ollama serve && ollama pull qwen3:4b",
        { } model => $"model             {model}",
    };

    private static string Flags(GatewayParts parts) =>
        parts.Options.Profile is { } profile ? $" --profile {profile}"
        : parts.Listener.Addresses[0].Port == 18789 ? ""
        : $" --url ws://{parts.Listener.Addresses[0].Authority}";
}
