//! The parts of a stack, one function each.

use crate::data::DataFolder;
use crate::drain::Drain;
use crate::environment::{self, ACCOUNT, AwsAccess};
use crate::gateway::{Gateway, JwtAuthorizer, Routes};
use crate::issuer::SigningKey;
use crate::options::{Options, StartError};
use crate::permissions::Permissions;
use crate::runner::{Deliveries, Instances, QueueRunner, Ticks};
use crate::servers::{Door, stopped};
use crate::template::{self, Stack, TemplateError};
use crate::usage::Filtered;
use crate::{provision, sandboxed};
use embedded_aws::EmbeddedAws;
use sandbox::Sandbox;
use shared::clients::Clients;
use shared::config::Vars;
use shared::entry::log::{LineSink, Log};
use shared::entry::{Setup, Wires};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::{Host, Url};

/// How often items are removed whose time to live has passed.
const SWEEP: Duration = Duration::from_secs(60);

/// A stack that is being put together.
pub(crate) struct Assembly {
    pub(crate) options: Options,
    pub(crate) folder: Option<DataFolder>,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) tasks: JoinSet<()>,
}

impl Assembly {
    pub(crate) fn new(options: Options, folder: Option<DataFolder>, stopping: watch::Receiver<bool>) -> Self {
        Self { options, folder, stopping, tasks: JoinSet::new() }
    }

    /// Where log lines go.
    pub(crate) fn lines(&self) -> Result<Arc<dyn LineSink>, StartError> {
        let next = Arc::clone(&self.options.log);
        let Some(usage) = self.options.usage.clone() else { return Ok(next) };
        let filters = template::filters(&self.template()?)?;
        Ok(Arc::new(Filtered { filters, usage, next }))
    }

    fn template(&self) -> Result<String, TemplateError> {
        let path = &self.options.template;
        std::fs::read_to_string(path).map_err(|source| TemplateError::Unreadable { path: path.to_owned(), source })
    }

    /// The AWS endpoint: the person's, or the embedded one.
    pub(crate) async fn aws(
        &mut self,
        permissions: &Arc<Permissions>,
    ) -> Result<(Url, Option<EmbeddedAws>), StartError> {
        if self.options.person.get("AWS_ENDPOINT_URL").is_some() {
            let theirs = self.options.person.url("AWS_ENDPOINT_URL")?;
            if !self.options.allow_remote_aws && !is_loopback(&theirs) {
                return Err(StartError::RemoteAws(theirs.to_string()));
            }
            return Ok((theirs, None));
        }
        let door = Door::open(self.options.aws_port, "AWS", "--aws-port").await?;
        let embedded = EmbeddedAws::open(self.embedded_options(&door.url, permissions))?;
        let (served, stop) = (embedded.clone(), self.stopping.clone());
        self.tasks.spawn(async move {
            // A listener that fails ends with the stack; there is nobody left to tell.
            let _ = served.serve(door.listener, stopped(stop)).await;
        });
        self.tasks.spawn(sweep(embedded.clone(), self.stopping.clone()));
        Ok((door.url, Some(embedded)))
    }

    fn embedded_options(&self, url: &Url, permissions: &Arc<Permissions>) -> embedded_aws::Options {
        let clock = Arc::clone(&self.options.clock);
        let permissions = Arc::clone(permissions);
        let mut settings = embedded_aws::Options::new(Arc::new(move || clock.now()));
        settings.data = self.folder.as_ref().map(DataFolder::aws);
        settings.region = environment::REGION.to_owned();
        settings.account_id = ACCOUNT.to_owned();
        settings.endpoint = url.as_str().trim_end_matches('/').to_owned();
        settings.admit = Some(Arc::new(move |call| permissions.admit(call)));
        settings
    }

    /// The imitation of the providers, which send to the API.
    pub(crate) fn sandbox(&mut self, listener: TcpListener, url: Url, api: &Url) -> Result<Sandbox, StartError> {
        let sandbox = sandboxed::open(&self.options, url, api, self.folder.as_ref())?;
        let (served, stop) = (sandbox.clone(), self.stopping.clone());
        self.tasks.spawn(async move {
            let _ = served.serve(listener, stopped(stop)).await;
        });
        if let Some(folder) = &self.folder {
            self.tasks.spawn(sandboxed::keep(sandbox.clone(), folder.sandbox(), self.stopping.clone()));
        }
        Ok(sandbox)
    }

    /// What the stack itself stands on. Faults are for the functions only.
    pub(crate) fn own_setup(&self, vars: Vars, log: &Log) -> Setup {
        Setup { wires: Wires::default(), ..self.setup(vars, log) }
    }

    fn setup(&self, vars: Vars, log: &Log) -> Setup {
        let clock = Arc::clone(&self.options.clock);
        Setup { vars, clock, wires: self.options.wires.clone(), log: log.clone() }
    }

    /// Reads the template and makes what it declares. It is read twice: the environment of functions refers to the ARNs
    /// of secrets, and those are known when the secrets exist.
    pub(crate) async fn stack(
        &self,
        api: &Url,
        issuer: &str,
        access: &AwsAccess,
        clients: &Clients,
    ) -> Result<Arc<Stack>, StartError> {
        let text = self.template()?;
        let mut settings = environment::settings(api, issuer, &access.region, &access.endpoint);
        let declared = template::read(&text, &settings)?;
        trusts(&declared, issuer)?;
        settings.secret_arns = provision::secrets(clients, &declared.secrets).await?;
        let stack = template::read(&text, &settings)?;
        provision::resources(clients, &stack).await?;
        self.provider_clients(&stack, clients).await?;
        Ok(Arc::new(stack))
    }

    async fn provider_clients(&self, stack: &Stack, clients: &Clients) -> Result<(), StartError> {
        let Some(prefix) = stack.variable("SECRET_PREFIX") else { return Ok(()) };
        for (provider, client) in sandboxed::clients(&self.options.person) {
            let name = format!("{prefix}/providers/{provider}");
            provision::keep(clients.secrets(), &name, &client.to_string())
                .await
                .map_err(|why| StartError::Provision { what: format!("the secret {name}"), why })?;
        }
        Ok(())
    }

    /// Builds every function of the template.
    pub(crate) fn instances(
        &self,
        stack: &Stack,
        access: &AwsAccess,
        sandbox: &Sandbox,
        log: &Log,
    ) -> Result<Instances, StartError> {
        let imitated = sandboxed::vars(sandbox, &self.options.person);
        let mut built = Vec::new();
        for spec in stack.functions.values() {
            let package = spec.package.clone();
            let build = self.options.functions.get(&package).ok_or_else(|| StartError::NoCode(package.clone()))?;
            let vars = environment::of(spec, access, &imitated, &self.options.person);
            let setup = {
                let log = log.clone().of_stage(&vars).with("fn", package.as_str());
                self.setup(vars, &log)
            };
            let function =
                build(&setup).map_err(|source| StartError::Function { function: package.clone(), source })?;
            built.push((package, function, spec.timeout));
        }
        Ok(Instances::new(built, Arc::clone(&self.options.clock), log.clone()))
    }

    /// The gateway in front of the functions.
    pub(crate) fn gateway(&self, stack: &Stack, key: &SigningKey, instances: Instances) -> Arc<Gateway> {
        let api = stack.api.clone().unwrap_or_default();
        Arc::new(Gateway {
            routes: Routes::new(stack.routes.iter().cloned()),
            authorizer: api.authorizer.map(|authorizer| JwtAuthorizer::new(authorizer, key.public().clone())),
            cors: api.cors,
            instances,
            clock: Arc::clone(&self.options.clock),
            account: ACCOUNT.to_owned(),
        })
    }

    /// Starts what works behind the API: event sources, rules, schedules.
    pub(crate) fn background(
        &mut self,
        stack: &Arc<Stack>,
        ticks: &Ticks,
        clients: &Clients,
        embedded: Option<&EmbeddedAws>,
        log: &Log,
    ) -> Drain {
        let mut queues = Vec::new();
        for source in stack.sources.iter().filter(|source| source.enabled) {
            // A queue of another template has nothing to do with this stack.
            let Some(queue) = stack.queue(&source.queue) else { continue };
            queues.push(queue.url.clone());
            let runner = QueueRunner {
                source: source.clone(),
                url: queue.url.clone(),
                region: ticks.region.clone(),
                sqs: clients.sqs().clone(),
                instances: ticks.instances.clone(),
                log: log.with("fn", source.function.as_str()),
            };
            self.tasks.spawn(runner.run(self.stopping.clone()));
        }
        let open = Arc::new(AtomicUsize::new(0));
        if let Some(embedded) = embedded {
            let deliveries = Deliveries {
                stack: Arc::clone(stack),
                instances: ticks.instances.clone(),
                sqs: embedded.sqs().clone(),
                log: log.with("fn", "bus"),
                open: Arc::clone(&open),
            };
            self.tasks.spawn(deliveries.run(embedded.events().subscribe(), self.stopping.clone()));
        }
        for schedule in stack.schedules.iter().filter(|schedule| schedule.enabled && self.options.schedules) {
            self.tasks.spawn(ticks.clone().keep(schedule.clone(), self.stopping.clone()));
        }
        Drain { sqs: clients.sqs().clone(), queues, deliveries: open }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A template that trusts another issuer would refuse every token of this one.
fn trusts(stack: &Stack, issuer: &str) -> Result<(), StartError> {
    match stack.api.as_ref().and_then(|api| api.authorizer.as_ref()) {
        Some(authorizer) if authorizer.issuer != issuer => {
            Err(StartError::Issuer { found: authorizer.issuer.clone(), issuer: issuer.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Nothing but this removes expired items from the embedded DynamoDB.
async fn sweep(embedded: EmbeddedAws, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(SWEEP) => {}
        }
        let database = embedded.clone();
        // What was not removed now is removed the next time.
        let _ = tokio::task::spawn_blocking(move || database.dynamodb().sweep_ttl().is_ok()).await;
    }
}
