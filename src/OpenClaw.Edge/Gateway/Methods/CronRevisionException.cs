namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>A job that is not any more the one that a client has seen.</summary>
internal sealed class CronRevisionException(string expected, string actual)
    : Exception("cron job definition no longer matches the loaded version; review the latest version before retrying")
{
    /// <summary>The revision that the client has.</summary>
    public string Expected => expected;

    /// <summary>The revision that is there.</summary>
    public string Actual => actual;
}
