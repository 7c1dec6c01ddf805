using System.Text.Json;

namespace OpenClaw.Edge.Cli;

/// <summary>What this machine does as a node; the composition root makes it.</summary>
public interface INodeWork : IAsyncDisposable
{
    /// <summary>Names of the commands.</summary>
    IReadOnlyList<string> Commands { get; }

    /// <summary>Those of them that it offers when nobody says which.</summary>
    IReadOnlyList<string> Offered { get; }

    /// <summary>Writes how this machine is, as an object: processors, load, memory, disk.</summary>
    void WriteHostStats(Utf8JsonWriter json);

    /// <summary>Does a command. Throws <see cref="OperationCanceledException"/> only.</summary>
    Task<NodeReply> InvokeAsync(string command, JsonElement parameters, int? timeoutMs, CancellationToken cancellationToken);
}
