using System.Net;

namespace OpenClaw.Edge.Security;

/// <summary>The first visit of a browser on the LAN: who reads the code where the gateway shows it, its log or its command line, and types it
/// on the page gets an invitation for that browser's own key. Thread-safe. Source: docs/security.md, first visit.</summary>
/// <param name="devices">Makes the invitation.</param>
/// <param name="isOn">Whether there is anything to let in: somebody can reach the gateway from elsewhere, and it is not switched off.</param>
/// <param name="tell">Shows a code to the person at the machine, and to nobody who only reads the log through the gateway.</param>
/// <param name="time">Clock.</param>
public sealed class BrowserPairing(DevicePairing devices, Func<bool> isOn, Action<string> tell, TimeProvider time)
{
    private readonly BrowserCode _code = new(time);

    /// <summary>Whether codes are given out at all.</summary>
    public bool IsOn => isOn();

    /// <summary>Whether some device may already let others in; strangers cannot make the gateway show codes any more.</summary>
    public bool HasOwner => devices.Devices().Any(device => device.LiveRole("operator") is not null);

    /// <summary>How long the open code holds; null for none.</summary>
    public TimeSpan? Left => _code.Left;

    /// <summary>A new code for somebody who may; it is not shown elsewhere.</summary>
    public string Issue() => _code.Issue();

    /// <summary>Shows a new code because a visitor asks, or because nobody has been here yet.</summary>
    /// <returns>Whether one is open now.</returns>
    public bool Show()
    {
        if (!IsOn || HasOwner)
        {
            return false;
        }

        if (_code.IssueForStranger() is { } digits)
        {
            tell(digits);
        }

        return _code.Left is not null;
    }

    /// <summary>Trades a code for an invitation.</summary>
    /// <returns>What became of the code, and the one-time token, when it was right and not too many invitations are open.</returns>
    public async Task<(BrowserCodeOutcome Outcome, string? Token)> RedeemAsync(string typed, IPAddress peer, CancellationToken cancellationToken)
    {
        BrowserCodeOutcome outcome = IsOn ? _code.Redeem(typed, peer) : BrowserCodeOutcome.Wrong;
        return outcome == BrowserCodeOutcome.Accepted
            ? (outcome, (await devices.SetupCodes.CreateAsync("full", cancellationToken))?.Token)
            : (outcome, null);
    }
}
