using System.Text;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Care;

/// <summary>A program that was run to its end.</summary>
/// <param name="ExitCode">How it ended; 128 and the signal when it was killed.</param>
/// <param name="Output">What it said, the first 64 KiB.</param>
public sealed record ProgramRun(int ExitCode, string Output)
{
    private const int MostOutput = 64 << 10;

    /// <summary>Runs a program; one that takes longer than <paramref name="limit"/> is ended.</summary>
    /// <param name="arguments">The program's absolute path first.</param>
    /// <param name="environment">Its variables.</param>
    /// <param name="limit">Longest time.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ProgramRun> RunAsync(
        string[] arguments, IReadOnlyDictionary<string, string> environment, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        StringBuilder output = new();
        using HostProcess? process = HostProcess.Start(
            new HostLaunch { Arguments = arguments, Environment = environment },
            (bytes, _) =>
            {
                if (output.Length < MostOutput)
                {
                    output.Append(Encoding.UTF8.GetString(bytes));
                }
            },
            out string problem);
        if (process is null)
        {
            return new ProgramRun(126, problem);
        }

        using CancellationTokenSource deadline = new(limit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            ProcessExit exit = await process.Exited.WaitAsync(either.Token);
            return new ProgramRun(exit.ExitCode, output.ToString().Trim());
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new ProgramRun(124, $"it did not end within {limit.TotalSeconds:0} s");
        }
    }
}
