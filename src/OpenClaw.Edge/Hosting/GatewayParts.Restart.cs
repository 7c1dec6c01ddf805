using System.Net;
using System.Net.Sockets;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Hosting;

/// <summary>What happens right before this gateway starts anew: the file that the next one will read is judged by this one, while it still
/// answers. What would keep the next one from starting keeps this one running.</summary>
internal sealed partial class GatewayParts
{
    private readonly List<Socket> _ahead = [];

    /// <summary>How much runs that a restart waits for.</summary>
    internal int Working() => Runs.Active.Count + Cron.Jobs.Count(job => job.State.RunningAtMs is not null);

    /// <summary>Looks whether the next one would start, and opens its new addresses.</summary>
    /// <returns>Why not; null when it would.</returns>
    internal string? PrepareRestart()
    {
        CloseAhead();
        if (ProcessImage.Program is null)
        {
            return "its program file is gone";
        }

        ConfigSnapshot next = new ConfigEditor(Setup.Paths, Setup.Environment).Read();
        if (!next.Valid)
        {
            return $"the configuration cannot be used: {next.Problems.FirstOrDefault(problem => problem.Severity == ProblemSeverity.Fatal)}";
        }

        try
        {
            BindDecision bind = BindPolicy.Decide(next.Config.Gateway, Setup.ResolveSecret(next));
            if (bind.Refusal is not null)
            {
                return bind.Refusal;
            }

            foreach (IPEndPoint endpoint in bind.Endpoints)
            {
                OpenAhead(endpoint);
            }

            return null;
        }
        catch (StartRefusedException refused)
        {
            return refused.Message;
        }
        catch (IOException taken)
        {
            CloseAhead();
            return taken.Message;
        }
    }

    /// <summary>Leaves what this one listens on, and what was opened for the next one.</summary>
    internal void LeaveListeners(Handover handover)
    {
        Listener.HandOver(handover);
        foreach (Socket socket in _ahead)
        {
            handover.Keep(socket, ofUnit: false);
            InheritedListeners.Spare(socket);
        }

        CloseAhead();
    }

    // IPv6's loopback may be missing; whatever else cannot be opened, the next one could not open either.
    private void OpenAhead(IPEndPoint endpoint)
    {
        try
        {
            if (Listener.OpenAhead(endpoint) is { } socket)
            {
                _ahead.Add(socket);
            }
        }
        catch (Exception refused) when (refused is SocketException or IOException)
        {
            if (_ahead.Count == 0 || (refused as SocketException)?.SocketErrorCode != SocketError.AddressNotAvailable)
            {
                throw new IOException($"{endpoint} cannot be listened on ({refused.Message})", refused);
            }
        }
    }

    private void CloseAhead()
    {
        _ahead.ForEach(static socket => socket.Dispose());
        _ahead.Clear();
    }
}
