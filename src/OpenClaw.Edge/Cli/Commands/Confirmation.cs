namespace OpenClaw.Edge.Cli.Commands;

/// <summary>Asks before something that cannot easily be taken back.</summary>
internal static class Confirmation
{
    /// <summary>Goes on after a yes.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="question">What is asked; ends with its own punctuation.</param>
    /// <param name="doing">What needs <c>--yes</c> where nobody can be asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CliException">Nobody can be asked, or the answer was no.</exception>
    public static async Task AskAsync(CliContext context, string question, string doing, CancellationToken cancellationToken)
    {
        if (!context.Terminal.InIsTerminal || context.Json)
        {
            throw new CliException(ExitCode.Usage, $"{doing} needs --yes when nobody can be asked");
        }

        context.Terminal.Ask($"{question} [y/N] ");
        string? answer = await context.Terminal.In.ReadLineAsync(cancellationToken);
        if (answer?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new CliException(ExitCode.Failed, "nothing was changed");
        }
    }
}
