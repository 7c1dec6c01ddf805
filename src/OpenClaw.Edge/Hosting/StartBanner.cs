using System.Globalization;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Hosting;

/// <summary>The few lines a person needs after a start: where it is, where the token is, how to chat, which model answers.</summary>
/// <param name="Lines">Plain text, in order.</param>
internal sealed record StartBanner(IReadOnlyList<string> Lines)
{
    private const int DefaultPort = 18789;

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
            $"chat              {Quote(Environment.ProcessPath ?? "openclaw")} chat{Flags(parts)}",
        ]);
    }

    /// <summary>What answers, as the model servers said when they were last asked.</summary>
    public static string ModelLine(string? modelRef) => modelRef switch
    {
        null => "model             none answers; see openclaw models status",
        DemoProvider.ModelRef =>
            "model             demo/assistant, a scripted demo. For a real one: ollama serve, then ollama pull qwen3:4b",
        { } model => $"model             {model}",
    };

    /// <summary>The flags with which a client elsewhere on this machine finds this gateway: those whose value it would not
    /// assume by itself. The secret is read from where this gateway has it.</summary>
    public static IReadOnlyList<string> ClientFlags(GatewayParts parts)
    {
        List<string> flags = [];
        StatePaths paths = parts.Setup.Paths;
        if (parts.Options.Profile is { } profile)
        {
            flags.AddRange(["--profile", profile]);
        }
        else if (paths.StateDirSource != "HOME")
        {
            flags.AddRange(["--state-dir", paths.StateDir]);
        }

        if (paths.ConfigPathSource != "state folder")
        {
            flags.AddRange(["--config", paths.ConfigPath]);
        }

        int port = parts.Listener.Addresses[0].Port;
        if (port != DefaultPort)
        {
            flags.AddRange(["--port", port.ToString(CultureInfo.InvariantCulture)]);
        }

        return flags;
    }

    private static string Flags(GatewayParts parts) => string.Concat(ClientFlags(parts).Select(flag => " " + Quote(flag)));

    // Plain words stay as they are; the rest is for a POSIX shell.
    private static string Quote(string text) =>
        text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_' or '~')
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
