using System.Text;
using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>What was printed so far, and a wait for more of it. Thread-safe.</summary>
internal sealed class WatchedWriter : TextWriter
{
    private readonly StringBuilder text = new();
    private readonly Lock gate = new();
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        TaskCompletionSource told;
        lock (gate)
        {
            text.Append(value);
            told = more;
            more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.TrySetResult();
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override string ToString()
    {
        lock (gate)
        {
            return text.ToString();
        }
    }

    /// <summary>Completes once <paramref name="part"/> was printed.</summary>
    public async Task PrintsAsync(string part)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (text.ToString().Contains(part, StringComparison.Ordinal))
                {
                    return;
                }

                next = more.Task;
            }

            await Guard.Within(next, $"'{part}' on the screen; there is: {this}");
        }
    }
}
