namespace VirtualBox;

public sealed partial class Machine
{
    /// <summary>
    /// Makes it run: from off, saved, aborted or paused; what runs stays. What is changing is waited for, here and in the verbs below, for five minutes.
    /// </summary>
    /// <returns>The state it is in then.</returns>
    /// <exception cref="MachineStateException">Its state allows no start (<c>gurumeditation</c>), or it did not stay running.</exception>
    /// <exception cref="VBoxManageException">VirtualBox can't start it; without the driver <c>vboxdrv</c> it ends "unexpectedly during startup".</exception>
    public Task<MachineState> Start(CancellationToken cancel = default) => Reach(Verb.Start, null, cancel);

    /// <summary>
    /// Shuts it down by its power button, pressed twice: at once and when half of the time is over. A paused machine is resumed for it, a saved one
    /// started. What is off stays.
    /// </summary>
    /// <param name="limit">How long its system may take: 90 s if not given.</param>
    /// <param name="cancel">Ends the waiting; the button stays pressed.</param>
    /// <returns>The state it is in then.</returns>
    /// <exception cref="TimeoutException">It still runs.</exception>
    public Task<MachineState> Stop(TimeSpan? limit = null, CancellationToken cancel = default) => Reach(Verb.Stop, limit, cancel);

    /// <summary>Saves its memory to disk and switches it off; a paused one is resumed first, what is off stays off.</summary>
    /// <returns>The state it is in then.</returns>
    /// <exception cref="MachineStateException">Its state does not allow it.</exception>
    public Task<MachineState> Save(CancellationToken cancel = default) => Reach(Verb.Save, null, cancel);

    /// <summary>Lets it stand still; <see cref="Start"/> goes on. What does not run stays as it is.</summary>
    /// <returns>The state it is in then.</returns>
    /// <exception cref="MachineStateException">Its state does not allow it.</exception>
    public Task<MachineState> Pause(CancellationToken cancel = default) => Reach(Verb.Pause, null, cancel);

    /// <summary>Shuts it down as <see cref="Stop"/> does and starts it again; what is off is started.</summary>
    /// <inheritdoc cref="Stop"/>
    public Task<MachineState> Restart(TimeSpan? limit = null, CancellationToken cancel = default) => Reach(Verb.Restart, limit, cancel);

    /// <summary>
    /// <b>Unsafe</b>: cuts its power. What its system has not written is lost, and its disks may be damaged. What was saved is thrown away.
    /// </summary>
    /// <returns>The state it is in then.</returns>
    public Task<MachineState> Poweroff(CancellationToken cancel = default) => Reach(Verb.Poweroff, null, cancel);

    /// <summary>Presses its power button, once, and does not wait: its system may take its time, or ignore it.</summary>
    /// <exception cref="VBoxManageException">It does not run, or stands still.</exception>
    public Task PressPowerButton(CancellationToken cancel = default) => Run(Step.PressButton, cancel);

    /// <summary>Throws away what was saved: the next start boots. What is off without anything saved stays so.</summary>
    /// <returns>The state it is in then.</returns>
    /// <exception cref="MachineStateException">It is on, and stays on.</exception>
    public Task<MachineState> Discard(CancellationToken cancel = default) => Reach(Verb.Discard, null, cancel);

    /// <summary>
    /// <b>Unsafe</b>: presses its reset button. What its system has not written is lost, and its disks may be damaged. What was saved is thrown away, and
    /// what is off is started.
    /// </summary>
    /// <returns>The state it is in then.</returns>
    public Task<MachineState> Reset(CancellationToken cancel = default) => Reach(Verb.Reset, null, cancel);

    /// <summary>
    /// Asks its system, by its Guest Additions, to shut down or to start anew, and does not wait for it. <see cref="Stop"/> and <see cref="Restart"/> need no
    /// Guest Additions.
    /// </summary>
    /// <param name="restart">Whether it is to start again.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="VBoxManageException">
    /// It does not run; or no Guest Additions of 7.0 or later answer within 30 s (<see cref="ErrorCode.NotSupported"/>, <see cref="ErrorCode.IprtError"/>).
    /// </exception>
    public Task AskToShutDown(bool restart = false, CancellationToken cancel = default) =>
        Write(vbox.Command("controlvm", Id, restart ? "reboot" : "shutdown") with { TimeLimit = TimeSpan.FromMinutes(2), IsLong = true }, cancel);

    /// <summary>Makes it saved: it goes on with this file's memory when it is started. VirtualBox does not look whether there is one.</summary>
    /// <param name="stateFile">The file, absolute; <see cref="Poweroff"/> deletes it.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="VBoxManageException">It is not off.</exception>
    public Task AdoptState(string stateFile, CancellationToken cancel = default)
    {
        if (!Path.IsPathRooted(stateFile)) throw new ArgumentException($"The path of a state file must be absolute, '{stateFile}' is not.", nameof(stateFile));
        return Write(["adoptstate", Id, stateFile], cancel);
    }

    private async Task<MachineState> Reach(Verb verb, TimeSpan? stopLimit, CancellationToken cancel)
    {
        var state = await Settled(cancel);
        var steps = Transitions.Plan(verb, Transitions.Of(state))
            ?? throw new MachineStateException(
                state, $"Machine {Uuid} is in state {state}, from which it can't do this ({verb}). {nameof(Poweroff)} switches it off.");
        foreach (var step in steps)
            state = step == Step.PressButton ? await ShutDown(stopLimit ?? TimeSpan.FromSeconds(90), cancel) : await Take(step, cancel);
        return state;
    }

    private async Task<MachineState> Take(Step step, CancellationToken cancel)
    {
        var end = Transitions.Action(step).End;
        try
        {
            await Run(step, cancel);
        }
        catch (VBoxManageException)
        {
            // somebody else may have done it meanwhile
            var state = await Settled(cancel);
            if (Transitions.Of(state) != end) throw;
            return state;
        }
        var after = await Settled(cancel);
        return Transitions.Of(after) == end
            ? after
            : throw new MachineStateException(after, $"Machine {Uuid} is in state {after} after it was told to {step}.");
    }

    private async Task<MachineState> ShutDown(TimeSpan limit, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        using var half = new CancellationTokenSource(limit / 2);
        var presses = 0;
        try
        {
            while (true)
            {
                if (presses == 0 || presses == 1 && half.IsCancellationRequested)
                {
                    presses++;
                    try
                    {
                        await Run(Step.PressButton, cancel);
                    }
                    catch (VBoxManageException) when (presses > 1)
                    {
                        // it just went off, or is about to
                    }
                }
                var state = await State(cancel);
                if (Transitions.Of(state) == Condition.Off) return state;
                if (Transitions.Of(state) is not (Condition.Running or Condition.Changing))
                    throw new MachineStateException(state, $"Machine {Uuid} came to state {state} while it was shut down.");
                await Task.Delay(vbox.Poll, deadline.Token);
            }
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Machine {Uuid} still runs {limit.TotalSeconds:0.#} s after its power button was pressed; it may ignore it. {nameof(Poweroff)} cuts its power.", e);
        }
    }

    private Task<VBoxManageResult> Run(Step step, CancellationToken cancel)
    {
        var (_, command, arguments) = Transitions.Action(step);
        // startvm waits until the machine's memory is read, savestate until it is written.
        return Write(vbox.Command([command, Id, .. arguments]) with { TimeLimit = TimeSpan.FromMinutes(10), IsLong = true }, cancel);
    }

    /// <summary>The state, once it is one that lasts.</summary>
    private async Task<MachineState> Settled(CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(vbox.SettleLimit);
        var state = MachineState.Unknown;
        try
        {
            while (Transitions.Of(state = await State(cancel)) == Condition.Changing) await Task.Delay(vbox.Poll, deadline.Token);
            return state;
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"Machine {Uuid} is still in state {state} after {vbox.SettleLimit.TotalSeconds:0.#} s.", e);
        }
    }

    private async Task<MachineState> State(CancellationToken cancel) => (await Read(cancel)).State;
}
