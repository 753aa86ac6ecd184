//! Puts a stack together.

use crate::assembly::Assembly;
use crate::data::DataFolder;
use crate::environment::{ACCOUNT, AUDIENCE, AwsAccess, WEB_CLIENT};
use crate::issuer::{Issuer, SigningKey};
use crate::local_routes::{self, Desk};
use crate::metrics::Metrics;
use crate::options::{Data, Options, StartError};
use crate::permissions::Permissions;
use crate::runner::Ticks;
use crate::running::Running;
use crate::sandboxed;
use crate::servers::{Door, serve_api};
use shared::clients::Clients;
use shared::config::Vars;
use shared::entry::log::Log;
use std::sync::Arc;
use tokio::sync::watch;

/// Starts a stack. It answers on its ports when this returns.
///
/// # Errors
/// Whatever keeps it from starting, in words for the person who started it.
pub async fn start(options: Options) -> Result<Running, StartError> {
    sandboxed::check_client(&options.person)?;
    let folder = match &options.data {
        Data::Memory => None,
        Data::Folder(path) => Some(DataFolder::claim(path, options.fresh)?),
    };
    let key = signing_key(folder.as_ref()).await?;
    let api = Door::open(options.port, "the API", "--port").await?;
    let sandbox = Door::open(options.sandbox_port, "the sandbox", "--sandbox-port").await?;
    let (stop, stopping) = watch::channel(false);
    let mut assembly = Assembly::new(options, folder, stopping);
    let permissions = Arc::new(Permissions::noted_by(assembly.options.usage.clone()));
    let (aws, embedded) = assembly.aws(&permissions).await?;
    let imitation = assembly.sandbox(sandbox.listener, sandbox.url.clone(), &api.url)?;

    let issuer_url = format!("{}_local/issuer", api.url);
    let access = AwsAccess::of(aws.as_str().to_owned(), &assembly.options.person, embedded.is_none());
    let metrics = Arc::new(Metrics::before(assembly.lines()?));
    let log = Log::to(Arc::clone(&metrics) as _).timed_by(Arc::clone(&assembly.options.clock));
    let clients = Clients::new(&assembly.own_setup(Vars::new(access.vars("local")), &log))?;
    let stack = assembly.stack(&api.url, &issuer_url, &access, &clients).await?;
    permissions.set(&stack, &access.region, ACCOUNT);

    let issuer = Issuer::new(
        issuer_url,
        AUDIENCE.to_owned(),
        WEB_CLIENT.to_owned(),
        key.clone(),
        Arc::clone(&assembly.options.clock),
    );
    let instances = assembly.instances(&stack, &access, &imitation, &log)?;
    let ticks = Ticks {
        instances: instances.clone(),
        clock: Arc::clone(&assembly.options.clock),
        region: access.region.clone(),
        account: ACCOUNT.to_owned(),
    };
    let drain = assembly.background(&stack, &ticks, &clients, embedded.as_ref(), &log);
    let gateway = assembly.gateway(&stack, &key, instances);
    let desk = Arc::new(Desk { stack, issuer: Arc::new(issuer), ticks, drain, metrics, clients, embedded });
    let local = local_routes::router(Arc::clone(&desk));
    assembly.tasks.spawn(serve_api(api.listener, local, gateway, assembly.stopping.clone()));
    Ok(Running {
        api: api.url,
        aws,
        sandbox: sandbox.url,
        desk,
        imitation,
        real_google: sandboxed::is_real_google(&assembly.options.person),
        data: assembly.options.data,
        stop,
        tasks: assembly.tasks,
        _folder: assembly.folder,
    })
}

async fn signing_key(folder: Option<&DataFolder>) -> Result<SigningKey, StartError> {
    let path = folder.map(DataFolder::issuer_key);
    let made = tokio::task::spawn_blocking(move || match path {
        Some(path) => SigningKey::kept_in(&path),
        None => SigningKey::of_this_process(),
    });
    Ok(made.await.expect("making a key does not panic and is not cancelled")?)
}
