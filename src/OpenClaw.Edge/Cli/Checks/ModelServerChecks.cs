using System.Net.Sockets;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Whether model servers accept connections: those of the configuration, and the usual places of this machine.</summary>
internal static class ModelServerChecks
{
    private const string Id = "edge/doctor/model-servers";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static async Task<IReadOnlyList<Finding>> CheckAsync(
        EdgeConfig config, TimeProvider clock, CancellationToken cancellationToken)
    {
        List<(string Name, Uri Uri, bool Configured)> servers = new(config.Models.Providers
            .Where(provider => Uri.TryCreate(provider.Value.BaseUrl, UriKind.Absolute, out _))
            .Select(provider => (provider.Key, new Uri(provider.Value.BaseUrl!), true)));
        foreach ((string name, Uri uri) in (ReadOnlySpan<(string, Uri)>)
            [("ollama", new Uri("http://127.0.0.1:11434")), ("lmstudio", new Uri("http://127.0.0.1:1234"))])
        {
            if (!servers.Exists(server => server.Name == name || server.Uri.Port == uri.Port))
            {
                servers.Add((name, uri, false));
            }
        }

        bool[] answers = await Task.WhenAll(servers.Select(server => AnswersAsync(server.Uri, clock, cancellationToken)));
        List<Finding> findings = [];
        for (int i = 0; i < servers.Count; i++)
        {
            (string name, Uri uri, bool configured) = servers[i];
            if (answers[i])
            {
                findings.Add(Finding.Ok(Id, $"{name} answers at {uri.Authority}"));
            }
            else if (configured)
            {
                findings.Add(new Finding(Id, FindingSeverity.Warning, $"{name} does not answer at {uri.Authority}", Hint(name, uri))
                {
                    Path = ConfigPath.Append("models.providers", name),
                });
            }
        }

        if (!findings.Exists(finding => finding.Severity == FindingSeverity.Ok))
        {
            findings.Add(new Finding(
                Id,
                FindingSeverity.Warning,
                "no model server answers: only the built-in demo model is there",
                "start one: 'ollama serve', or 'lms server start --port 1234'"));
        }

        return findings;
    }

    private static string Hint(string name, Uri uri) => (name, uri.Port) switch
    {
        (_, 11434) or ("ollama", _) => "start it with 'ollama serve'",
        (_, 1234) or ("lmstudio", _) => $"start it with 'lms server start --port {uri.Port} --bind 0.0.0.0'",
        _ => "start that server, or correct its baseUrl",
    };

    private static async Task<bool> AnswersAsync(Uri uri, TimeProvider clock, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(Patience, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(uri.Host, uri.Port, either.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
